/** Whether parts of accounts of other services can be parts of accounts here; what cannot is said. */

import { isForeignHash } from '../../identity/foreign-hashes.ts';
import { limits as accountLimits } from '../../identity/limits.ts';
import { isEmail } from '../../identity/password-rules.ts';
import { fold } from '../../irc/casemapping.ts';
import { isValidNick } from '../../irc/names.ts';
import { readHostMask } from '../authserv/host-mask.ts';
import { limits } from '../limits.ts';
import { PartChecks } from './part-checks.ts';

/** Checks the parts of one account. */
export class AccountChecks extends PartChecks {
  /** Whether there can be an account of that name. */
  isName(): boolean {
    const most = accountLimits.accountNameLength.default;
    if (isValidNick(this.name, most)) return true;
    this.left.add('account', `an account is called like a nick of up to ${most} characters`, this.name);
    return false;
  }

  email(address: string | null): string | null {
    if (address === null || isEmail(address)) return address;
    this.left.add('e-mail address', 'it is none', `${this.name}: ${address}`);
    return null;
  }

  hash(hash: string | null): string | null {
    if (hash !== null && isForeignHash(hash)) return hash;
    this.left.add(
      'password',
      hash === null
        ? 'none is kept: RESETPASS, or OSET PASSWORD, sets one'
        : 'it is kept in a way that cannot be checked here: RESETPASS, or OSET PASSWORD, sets another one',
      this.name,
    );
    return null;
  }

  nicks(nicks: readonly string[]): string[] {
    const most = accountLimits.nicksPerAccount.default - 1;
    const fine: string[] = [];
    for (const nick of nicks) {
      if (fold(nick) === fold(this.name)) continue;
      if (!isValidNick(nick, accountLimits.accountNameLength.default)) this.lost('nick', 'it is none', nick);
      else if (fine.length >= most) this.lost('nick', `an account has up to ${most + 1}`, nick);
      else fine.push(nick);
    }
    return fine;
  }

  hostMasks(masks: readonly string[]): string[] {
    const most = limits.masksPerAccount.default;
    const fine = new Set<string>();
    for (const typed of masks) {
      const mask = readHostMask(typed);
      if (mask === null) this.lost('host mask', 'it is none: expected user@host', typed);
      else if (fine.size >= most && !fine.has(mask))
        this.lost('host mask', `an account has up to ${most}`, mask);
      else fine.add(mask);
    }
    return [...fine];
  }

  fingerprints(prints: readonly string[]): string[] {
    const most = accountLimits.certificatesPerAccount.default;
    const fine = new Set<string>();
    for (const typed of prints) {
      const print = typed.replaceAll(':', '').toLowerCase();
      if (!/^[0-9a-f]{64}$/.test(print))
        this.lost('certificate', 'certificates are known here by SHA-256 alone', typed);
      else if (fine.size >= most && !fine.has(print))
        this.lost('certificate', `an account has up to ${most}`, print);
      else fine.add(print);
    }
    return [...fine];
  }

  ignores(masks: readonly string[]): string[] {
    const most = limits.ignoresPerAccount.default;
    const fine = new Set<string>();
    for (const mask of masks) {
      if (mask.length > limits.maskBytes.default || !/^[^\s!@]+![^\s!@]+@[^\s!@]+$/.test(mask))
        this.lost('ignored mask', 'it is none: expected nick!user@host', mask);
      else if (fine.size >= most && !fine.has(mask))
        this.lost('ignored mask', `an account has up to ${most}`, mask);
      else fine.add(mask);
    }
    return [...fine];
  }
}
