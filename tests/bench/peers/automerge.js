// SPDX-License-Identifier: GPL-3.0-or-later
// automerge.js: the package @automerge/automerge.

import * as Automerge from '@automerge/automerge';

const empty = Automerge.getLastLocalChange(Automerge.from({ text: '' }, '00'.repeat(16)));

function edit(draft, patches, budget) {
  for (const [index, [position, deleted, inserted]] of patches.entries()) {
    if (index % 1024 === 0) budget?.check();
    Automerge.splice(draft, ['text'], position, deleted, inserted);
  }
}

/** All replicas begin with the change that makes the empty text. */
function begin(actor) {
  return Automerge.applyChanges(Automerge.init(actor), [empty])[0];
}

export default {
  create: (number) => begin(number.toString(16).padStart(32, '0')),

  /** One change for all is quickest. */
  local: (patches, budget) => Automerge.change(begin(), (draft) => edit(draft, patches, budget)),

  edit(replica, patches) {
    replica.doc = Automerge.change(replica.doc, (draft) => edit(draft, patches));
    return Automerge.getLastLocalChange(replica.doc);
  },

  apply: (doc, update) => Automerge.applyChanges(doc, [update])[0],
  applyAll: (doc, updates) => Automerge.applyChanges(doc, updates)[0],

  reader: () => begin(),
  length: (doc) => doc.text.length,
  text: (doc) => doc.text,
  encode: (doc) => Automerge.save(doc),
  load: (bytes) => Automerge.load(bytes),
  free(doc) { Automerge.free(doc); },
};
