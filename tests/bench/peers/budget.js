// SPDX-License-Identifier: GPL-3.0-or-later
// budget.js: how long a peer may take for one thing.

/** A minute for a work: whoever needs longer is not waited for. */
export const WORK_MS = 60_000;

/** For making what is then measured. */
export const PREPARE_MS = 150_000;

export class TooSlow extends Error {}

/** To be asked now and then by what may take long. */
export class Budget {
  #ms;
  #end;

  constructor(ms) {
    this.#ms = ms;
    this.#end = performance.now() + ms;
  }

  check() {
    if (performance.now() > this.#end) throw new TooSlow(`${this.#ms / 1000} s`);
  }
}
