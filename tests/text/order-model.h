/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order-model.h: an order beside a plain array of characters, which is what it is by definition. */

#pragma once

#include <glib.h>

#include "text/order.h"

#define ORDER_MODEL_AGENTS 12

typedef struct
{
  CoquillId id;
  guint32 standing;
} OrderModelCharacter;

/**
 * OrderModel:
 * @characters: of #OrderModelCharacter
 * @sequences: of each agent, the next one
 *
 * What is done to the order is done to the array too, by the test.
 */
typedef struct
{
  GArray *characters;
  guint64 sequences[ORDER_MODEL_AGENTS];
  GRand *random;
  CoquillOrder *order;
} OrderModel;

void
order_model_init (OrderModel *self);
void
order_model_clear (OrderModel *self);

OrderModelCharacter *
order_model_character (OrderModel *self, guint index);

/** A random number from 0 to before @end. */
gint
order_model_roll (OrderModel *self, gint end);

/** The index of the visible character at a position; that of the end for the width. */
guint
order_model_find_visible (OrderModel *self, guint64 position);

/** How many visible characters lie before one. */
guint64
order_model_position (OrderModel *self, guint index);

/** Puts characters into the array. */
void
order_model_insert (OrderModel *self, guint index, CoquillId id, guint length, guint32 standing);

/** The order's place of a character, by walking; the end for the number of characters. */
CoquillOrderPlace
order_model_walk_to (OrderModel *self, guint index);

void
order_model_assert_place (OrderModel *self, const CoquillOrderPlace *place, guint index);

/** Order and array are the same, and the tree is in order. */
void
order_model_assert_same (OrderModel *self);

/** Asks the order for random places, positions and ids, and the array too. */
void
order_model_ask (OrderModel *self);
