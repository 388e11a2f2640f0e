// SPDX-License-Identifier: GPL-3.0-or-later
// loro-crdt.js: the package loro-crdt.

import { LoroDoc } from 'loro-crdt';

function edit(text, patches, budget) {
  for (const [index, [position, deleted, inserted]] of patches.entries()) {
    if (index % 1024 === 0) budget?.check();
    if (deleted > 0) text.delete(position, deleted);
    if (inserted.length > 0) text.insert(position, inserted);
  }
}

/** What `func` returns of the document's text, whose handle is freed at once: forgotten ones burden the garbage collector. */
function withText(doc, func) {
  const text = doc.getText('text');
  const result = func(text);
  text.free();
  return result;
}

export default {
  create(number) {
    const doc = new LoroDoc();
    doc.setPeerId(BigInt(number));
    return doc;
  },

  /** One commit for all is quickest. */
  local(patches, budget) {
    const doc = new LoroDoc();
    withText(doc, (text) => edit(text, patches, budget));
    doc.commit();
    return doc;
  },

  edit({ doc }, patches) {
    const before = doc.oplogVersion();
    withText(doc, (text) => edit(text, patches));
    doc.commit();
    const update = doc.export({ mode: 'update', from: before });
    before.free();
    return update;
  },

  apply(doc, update) { doc.import(update); },
  applyAll(doc, updates) { doc.importBatch(updates); },

  reader: () => new LoroDoc(),
  length: (doc) => withText(doc, (text) => text.length),
  text: (doc) => withText(doc, (text) => text.toString()),

  /** Its snapshot brings the state along and puts the history off: that is the work `snapshot`. All updates are the history. */
  encode: (doc) => doc.export({ mode: 'update' }),
  snapshot: (doc) => doc.export({ mode: 'snapshot' }),

  load(bytes) {
    const doc = new LoroDoc();
    doc.import(bytes);
    return doc;
  },

  free(doc) { doc.free(); },
};
