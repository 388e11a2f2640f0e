// SPDX-License-Identifier: GPL-3.0-or-later
// ywasm.js: the package ywasm, yrs for JavaScript.

import * as Y from 'ywasm';

function edit(text, patches, transaction, budget) {
  for (const [index, [position, deleted, inserted]] of patches.entries()) {
    if (index % 1024 === 0) budget?.check();
    if (deleted > 0) text.delete(position, deleted, transaction);
    if (inserted.length > 0) text.insert(position, inserted, undefined, transaction);
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
  create: (number) => new Y.YDoc({ clientID: number }),

  /** Each in a transaction of its own is quickest. */
  local(patches, budget) {
    const doc = new Y.YDoc({});
    withText(doc, (text) => edit(text, patches, undefined, budget));
    return doc;
  },

  edit({ doc }, patches) {
    return withText(doc, (text) => {
      const transaction = doc.beginTransaction();
      edit(text, patches, transaction);
      transaction.commit();
      const update = transaction.encodeUpdate();
      transaction.free();
      return update;
    });
  },

  apply(doc, update) { Y.applyUpdate(doc, update); },

  applyAll(doc, updates) {
    const transaction = doc.beginTransaction();
    for (const update of updates) transaction.applyV1(update);
    transaction.commit();
    transaction.free();
  },

  reader() {
    const doc = new Y.YDoc({});
    doc.getText('text').free();
    return doc;
  },

  length: (doc) => withText(doc, (text) => text.length()),
  text: (doc) => withText(doc, (text) => text.toString()),
  encode: (doc) => Y.encodeStateAsUpdateV2(doc),

  load(bytes) {
    const doc = new Y.YDoc({});
    doc.getText('text').free();
    Y.applyUpdateV2(doc, bytes);
    return doc;
  },

  free(doc) { doc.free(); },
};
