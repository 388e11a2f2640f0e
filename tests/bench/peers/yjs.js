// SPDX-License-Identifier: GPL-3.0-or-later
// yjs.js: the package yjs.

import * as Y from 'yjs';

/** Its updates of single edits are smaller and quicker in version 1, a whole document is smaller in version 2. */
export default {
  create(number) {
    const doc = new Y.Doc();
    doc.clientID = number;
    doc.on('update', (update) => { doc.lastUpdate = update; });
    return doc;
  },

  /** All in one transaction is quickest. */
  local(patches, budget) {
    const doc = new Y.Doc();
    const text = doc.getText('text');
    doc.transact(() => {
      for (const [index, [position, deleted, inserted]] of patches.entries()) {
        if (index % 1024 === 0) budget.check();
        if (deleted > 0) text.delete(position, deleted);
        if (inserted.length > 0) text.insert(position, inserted);
      }
    });
    return doc;
  },

  edit({ doc }, patches) {
    const text = doc.getText('text');
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted.length > 0) text.insert(position, inserted);
      }
    });
    return doc.lastUpdate;
  },

  apply(doc, update) { Y.applyUpdate(doc, update); },
  applyAll(doc, updates) { doc.transact(() => updates.forEach((update) => Y.applyUpdate(doc, update))); },

  reader() {
    const doc = new Y.Doc();
    doc.getText('text');
    return doc;
  },

  length: (doc) => doc.getText('text').length,
  text: (doc) => doc.getText('text').toString(),
  encode: (doc) => Y.encodeStateAsUpdateV2(doc),

  load(bytes) {
    const doc = new Y.Doc();
    Y.applyUpdateV2(doc, bytes);
    return doc;
  },
};
