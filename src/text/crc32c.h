/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crc32c.h: a checksum that finds damage (not malice: that is what signatures are for). */

#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * coquill_crc32c:
 *
 * CRC-32C (Castagnoli), reflected, with all ones before and after, as in RFC 3720: of "123456789" it is
 * 0xe3069283. Finds every single damaged run of up to 32 bits.
 *
 * Returns: the checksum. O(length), eight bytes a step, by the processor's own instruction if it has one. Any
 * thread
 */
uint32_t
coquill_crc32c (const uint8_t *bytes, size_t length);

/**
 * coquill_crc32c_portable:
 *
 * Returns: the same, by tables
 */
uint32_t
coquill_crc32c_portable (const uint8_t *bytes, size_t length);
