export const usage = `p2pimg-stego: hide a file in a picture, and get it back

  p2pimg-stego keygen   --out KEY
  p2pimg-stego capacity COVER [--profile P]
  p2pimg-stego embed    COVER FILE --key KEY --out PNG [--profile P] [--fidelity F] [--fit refuse|tile|scale]
                        [--effort speed|size] [--mime TYPE] [--name NAME] [--all-rows] [--allow-visible]
  p2pimg-stego extract  PNG --key KEY --out FILE
  p2pimg-stego inspect  PNG

  KEY           a file with 32 bytes, or with 64 hexadecimal digits
  --profile     alpha16 (default), alpha8-k1, alpha8-k2, alpha8-k3; with --allow-visible also alpha8-k4, alpha8-k8
  --fidelity    exact (default), grey, near:E (E levels, 1 to 32), palette:N (N colours, 8-bit profiles)
  --effort      speed (default), or size: deflate tries as well, which pays on smooth covers
  --force       overwrite an existing output file
  --json        one JSON object on standard output, also for errors
  --help, --version

Exit codes: 0 done · 2 wrong usage · 3 the input was refused · 4 a file cannot be read or written
`;

/** The command line asks for something that there is not. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** A file is missing, exists already, or cannot be read or written. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code = 'FILE';
}
