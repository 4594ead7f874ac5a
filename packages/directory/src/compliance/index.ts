import type { ComplianceCase } from './case.ts';
import { claimCases } from './claims.ts';
import { clientCases } from './clients.ts';
import { grantCases } from './grants.ts';
import { hostileCases } from './hostile.ts';
import { releaseCases } from './releases.ts';
import { resourceCases } from './resources.ts';
import { tokenCases } from './token.ts';

export type { ComplianceCase, ComplianceContext } from './case.ts';

/**
 * What every implementation of the directory has to do, for any test runner:
 * `for (const { title, run } of directoryCompliance) test(title, () => run({ directories }))`.
 */
export const directoryCompliance: readonly ComplianceCase[] = [
  ...claimCases,
  ...clientCases,
  ...resourceCases,
  ...grantCases,
  ...releaseCases,
  ...tokenCases,
  ...hostileCases,
];
