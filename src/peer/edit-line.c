/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit-line.c: one line of the editing language that `edit` and `attach` read. */

#include "config.h"

#include "peer/edit-line.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

/* More steps than an undo stack holds. */
#define MAX_STEPS 100000

G_DEFINE_QUARK (coquill - edit - line - error - quark, coquill_edit_line_error)

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, COQUILL_EDIT_LINE_ERROR, COQUILL_EDIT_LINE_ERROR_SYNTAX, message);
  return FALSE;
}

/* JSON can write U+0000 as \u0000, which no C string holds: the parser would cut the text there without a
 * word. */
static gboolean
holds_nul (const char *line, gsize length)
{
  for (gsize i = 0; i + 1 < length; i++)
    if (line[i] == '\\')
      {
        if (i + 6 <= length && g_ascii_strncasecmp (line + i + 1, "u0000", 5) == 0)
          return TRUE;
        i++;
      }
  return FALSE;
}

static gboolean
get_number (JsonNode *node, guint64 *number)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) < 0)
    return FALSE;
  *number = json_node_get_int (node);
  return TRUE;
}

static gboolean
get_pair (JsonNode *node, JsonNode **first, JsonNode **second)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != 2)
    return FALSE;
  *first = json_array_get_element (array, 0);
  *second = json_array_get_element (array, 1);
  return TRUE;
}

static gboolean
get_numbers (JsonNode *node, guint64 *first, guint64 *second)
{
  JsonNode *nodes[2];

  return get_pair (node, &nodes[0], &nodes[1]) && get_number (nodes[0], first)
         && get_number (nodes[1], second);
}

static gboolean
apply_insert (CoquillReplica *replica, JsonNode *node, GError **error)
{
  JsonNode *position_node, *text_node;
  guint64 position;
  gboolean inserted;

  if (!get_pair (node, &position_node, &text_node) || !get_number (position_node, &position)
      || !JSON_NODE_HOLDS_VALUE (text_node) || json_node_get_value_type (text_node) != G_TYPE_STRING)
    return refuse (error, _ ("An insertion is written {\"insert\":[POSITION,\"text\"]}."));

  coquill_replica_begin_group (replica);
  inserted = coquill_replica_insert (replica, position, json_node_get_string (text_node), -1, error);
  coquill_replica_end_group (replica);
  return inserted;
}

static gboolean
apply_delete (CoquillReplica *replica, JsonNode *node, GError **error)
{
  guint64 position, count;
  gboolean deleted;

  if (!get_numbers (node, &position, &count))
    return refuse (error, _ ("A deletion is written {\"delete\":[POSITION,COUNT]}."));

  coquill_replica_begin_group (replica);
  deleted = coquill_replica_delete (replica, position, count, error);
  coquill_replica_end_group (replica);
  return deleted;
}

static gboolean
apply_steps (CoquillReplica *replica,
             JsonNode *node,
             gboolean (*step) (CoquillReplica *, guint64 *),
             GError **error)
{
  guint64 steps;

  if (!get_number (node, &steps) || steps > MAX_STEPS)
    return refuse (error, _ ("Undo and redo take a number of steps: {\"undo\":1}."));

  while (steps-- > 0 && step (replica, NULL))
    ;
  return TRUE;
}

static gboolean
apply_caret (CoquillReplica *replica, JsonNode *node, GError **error)
{
  guint64 caret, anchor;

  if (!get_numbers (node, &caret, &anchor))
    return refuse (error, _ ("A caret is written {\"caret\":[POSITION,ANCHOR]}."));
  coquill_replica_set_caret (replica, caret, anchor);
  return TRUE;
}

static gboolean
apply_member (CoquillReplica *replica, const char *name, JsonNode *node, gboolean live, GError **error)
{
  if (g_str_equal (name, "insert"))
    return apply_insert (replica, node, error);
  if (g_str_equal (name, "delete"))
    return apply_delete (replica, node, error);
  if (g_str_equal (name, "undo"))
    return apply_steps (replica, node, coquill_replica_undo, error);
  if (g_str_equal (name, "redo"))
    return apply_steps (replica, node, coquill_replica_redo, error);
  if (live && g_str_equal (name, "caret"))
    return apply_caret (replica, node, error);
  return refuse (error, _ ("The line asks for something unknown."));
}

gboolean
coquill_edit_line_apply (
    CoquillReplica *replica, const char *line, gsize length, gboolean live, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GList) members = NULL;
  JsonNode *root;
  JsonObject *object;

  if (!g_utf8_validate_len (line, length, NULL))
    return refuse (error, _ ("The line is not valid UTF-8."));
  if (holds_nul (line, length))
    return refuse (error, _ ("A text can't hold the character U+0000."));
  if (!json_parser_load_from_data (parser, line, length, NULL))
    return refuse (error, _ ("The line is not valid JSON."));
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)
      || json_object_get_size (json_node_get_object (root)) != 1)
    return refuse (error, _ ("A line is one JSON object with one member."));

  object = json_node_get_object (root);
  members = json_object_get_members (object);
  return apply_member (replica, members->data, json_object_get_member (object, members->data), live, error);
}
