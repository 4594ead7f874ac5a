/** See system-packages.mjs, which runs as it is on old Nodes. */
export declare const NEEDS: Readonly<
  Record<
    string,
    { readonly what: string; readonly proof: readonly (readonly string[])[]; readonly packages: readonly string[] }
  >
>;
export declare function findProgram(...names: string[]): string | undefined;
export declare function isPresent(need: string): boolean;
export declare function provide(
  needs: readonly string[],
  options?: { readonly log?: (line: string) => void },
): Promise<{ need: string; reason: string }[]>;
