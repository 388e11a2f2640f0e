// SPDX-License-Identifier: GPL-3.0-or-later
// diamond-types-node.js: the package diamond-types-node, the diamond-types of 2022 for JavaScript.

import { Doc, OpLog } from 'diamond-types-node';

function edit(doc, patches, budget) {
  for (const [index, [position, deleted, inserted]] of patches.entries()) {
    if (index % 1024 === 0) budget.check();
    if (deleted > 0) doc.del(position, deleted);
    if (inserted.length > 0) doc.ins(position, inserted);
  }
}

/** The versions in `heads`, as one. */
function joined(log, heads) {
  return heads.reduce((sum, head) => (sum ? log.mergeVersions(sum, head) : head), null) ?? new Uint32Array();
}

export default {
  /** Counts code points. */
  codePoints: true,

  local(patches, budget) {
    const doc = new Doc('writer');
    edit(doc, patches, budget);
    return doc;
  },

  /** Its log takes operations with any parents. */
  makeUpdates(trace, budget) {
    const log = new OpLog();
    const heads = [];
    const updates = [];
    for (const [index, { agent, parents, patches }] of trace.transactions.entries()) {
      if (index % 16 === 0) budget.check();
      const before = log.getLocalVersion();
      let version = joined(log, parents.map((parent) => heads[parent]));
      log.setAgent(`agent${agent}`);
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) version = Uint32Array.of(log.del(position, deleted, version));
        if (inserted.length > 0) version = Uint32Array.of(log.ins(position, inserted, version));
      }
      heads.push(version);
      updates.push(patches.length > 0 ? log.getPatchSince(before) : null);
    }
    log.free();
    return updates;
  },

  apply(doc, update) { doc.mergeBytes(update); },
  reader: () => new Doc('reader'),
  length: (doc) => doc.len(),
  text: (doc) => doc.get(),
  encode: (doc) => doc.toBytes(),
  load: (bytes) => Doc.fromBytes(bytes, 'reader'),
  free(doc) { doc.free(); },
};
