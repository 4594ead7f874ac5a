declare const configuration: {
  readonly forbidden: readonly { readonly name: string; readonly comment: string; readonly severity: string }[];
};
export default configuration;
