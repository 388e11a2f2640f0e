/* link-page.h: the page that an https invite link opens in a browser */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillLinkPage:
 * @html: the page; the same for everybody
 * @policy: its Content-Security-Policy, which allows this page's own script and style by their hashes and
 * nothing else
 *
 * The link's payload is in the fragment, which a browser doesn't send. The script takes it, erases it from
 * the address and the history, and offers `coquill:PAYLOAD`. The page loads nothing and sends nothing.
 */
typedef struct
{
  char *html;
  char *policy;
} CoquillLinkPage;

/** Fills @self in. */
void
coquill_link_page_init (CoquillLinkPage *self);
void
coquill_link_page_clear (CoquillLinkPage *self);

G_END_DECLS
