// SPDX-License-Identifier: GPL-3.0-or-later
// replicas.js: a concurrent history made as it was: each author has a replica, which is given what the parents of the next
// transaction bring, and edits.

/** What an author has and the replica lacks, in order; marks it as known. */
function takeMissing(trace, parents, known) {
  const missing = [];
  const stack = [...parents];
  while (stack.length > 0) {
    const index = stack.pop();
    if (known[index]) continue;
    known[index] = 1;
    missing.push(index);
    stack.push(...trace.transactions[index].parents);
  }
  return missing.sort((a, b) => a - b);
}

/**
 * The update that each transaction makes, null for one without patches. `peer` has create(number), apply(doc, update), which
 * may return another document to go on with, applyAll(doc, updates) if that is quicker, and edit(replica, patches), which
 * returns the update.
 */
export function makeUpdates(trace, peer, budget) {
  const replicas = new Map();
  const updates = [];
  let number = 0;
  for (const [index, { agent, parents, patches }] of trace.transactions.entries()) {
    if (index % 16 === 0) budget.check();
    let replica = replicas.get(agent);
    const missing = replica && takeMissing(trace, parents, replica.known);
    // An author who was in two places at once becomes two.
    if (!replica || !isAncestor(trace, replica.newest, parents)) {
      replica = { doc: peer.create(++number), known: new Uint8Array(trace.transactions.length) };
      replicas.set(agent, replica);
      apply(peer, replica, takeMissing(trace, parents, replica.known), updates, budget);
    } else {
      apply(peer, replica, missing, updates, budget);
    }
    updates.push(patches.length > 0 ? peer.edit(replica, patches) : null);
    replica.known[index] = 1;
    replica.newest = index;
  }
  for (const { doc } of replicas.values()) peer.free?.(doc);
  return updates;
}

function apply(peer, replica, indices, updates, budget) {
  const news = indices.map((index) => updates[index]).filter((update) => update !== null);
  if (peer.applyAll && news.length > 1) {
    replica.doc = peer.applyAll(replica.doc, news) ?? replica.doc;
    return;
  }
  for (const [index, update] of news.entries()) {
    if (index % 1024 === 1023) budget.check();
    replica.doc = peer.apply(replica.doc, update) ?? replica.doc;
  }
}

function isAncestor(trace, ancestor, parents) {
  const seen = new Set();
  const stack = [...parents];
  while (stack.length > 0) {
    const index = stack.pop();
    if (index === ancestor) return true;
    if (index < ancestor || seen.has(index)) continue;
    seen.add(index);
    stack.push(...trace.transactions[index].parents);
  }
  return false;
}
