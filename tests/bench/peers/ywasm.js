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

export default {
  create: (number) => new Y.YDoc({ clientID: number }),

  /** Each in a transaction of its own is quickest. */
  local(patches, budget) {
    const doc = new Y.YDoc({});
    edit(doc.getText('text'), patches, undefined, budget);
    return doc;
  },

  edit({ doc }, patches) {
    const text = doc.getText('text');
    const transaction = doc.beginTransaction();
    edit(text, patches, transaction);
    transaction.commit();
    const update = transaction.encodeUpdate();
    transaction.free();
    text.free();
    return update;
  },

  apply(doc, update) { Y.applyUpdate(doc, update); },

  reader() {
    const doc = new Y.YDoc({});
    doc.getText('text');
    return doc;
  },

  length: (doc) => doc.getText('text').length(),
  text: (doc) => doc.getText('text').toString(),
  encode: (doc) => Y.encodeStateAsUpdateV2(doc),

  load(bytes) {
    const doc = new Y.YDoc({});
    doc.getText('text');
    Y.applyUpdateV2(doc, bytes);
    return doc;
  },

  free(doc) { doc.free(); },
};
