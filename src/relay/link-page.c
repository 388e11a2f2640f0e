/* link-page.c: the page that an https invite link opens in a browser */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/link-page.h"

static const char style[]
    = "body{font:1.1rem/1.5 sans-serif;max-width:34rem;margin:4rem auto;padding:0 "
      "1rem;color:#222;background:#fff}"
      "a.open{display:inline-block;padding:.6rem 1.4rem;border-radius:.5rem;background:#1c71d8;color:#fff;"
      "text-decoration:none}"
      "[hidden]{display:none}"
      "@media(prefers-color-scheme:dark){body{color:#eee;background:#222}}";

static const char script[] = "(function(){"
                             "var payload=location.hash.slice(1);"
                             "history.replaceState(null,'',location.pathname);"
                             "var found=/^[A-Za-z0-9_-]{20,4096}$/.test(payload);"
                             "if(found)document.getElementById('open').href='coquill:'+payload;"
                             "document.getElementById('found').hidden=!found;"
                             "document.getElementById('missing').hidden=found;"
                             "})();";

static const char page[]
    = "<!DOCTYPE html>\n"
      "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Coquill</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" "
      "content=\"no-referrer\">\n"
      "<style>%s</style></head>\n"
      "<body><h1>Coquill</h1>\n"
      "<div id=\"found\" hidden><p>Somebody invites you to write a document together.</p>\n"
      "<p><a class=\"open\" id=\"open\" rel=\"noreferrer\">Open in Coquill</a></p>\n"
      "<p>If nothing opens, Coquill is not installed on this device. Install it, then open the link "
      "again.</p></div>\n"
      "<div id=\"missing\"><p>This address holds no invitation. Ask for the link again, and open all of "
      "it.</p></div>\n"
      "<script>%s</script></body></html>\n";

static char *
hash_for_policy (const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *base64 = NULL;

  g_checksum_update (checksum, (const guchar *)text, -1);
  g_checksum_get_digest (checksum, digest, &length);
  base64 = g_base64_encode (digest, length);
  return g_strdup_printf ("'sha256-%s'", base64);
}

void
coquill_link_page_init (CoquillLinkPage *self)
{
  g_autofree char *script_hash = hash_for_policy (script);
  g_autofree char *style_hash = hash_for_policy (style);

  self->html = g_strdup_printf (page, style, script);
  self->policy = g_strdup_printf ("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; "
                                  "form-action 'none'; frame-ancestors 'none'",
                                  script_hash, style_hash);
}

void
coquill_link_page_clear (CoquillLinkPage *self)
{
  g_clear_pointer (&self->html, g_free);
  g_clear_pointer (&self->policy, g_free);
}
