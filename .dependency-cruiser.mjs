// The directions between houses (docs/architecture.md). Each comment tells what to do instead.

const BUILTINS_ARE_OUTSIDE = { dependencyTypes: ['core'] };

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment:
        'Two files need each other (types alone may). Move what both need into a third one, or pass it in as an argument.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-is-sans-io',
      comment:
        'Code in core/ has no I/O. Return an effect and let src/node or src/io carry it out; take clocks, randomness and crypto as arguments.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/core/' },
      to: BUILTINS_ARE_OUTSIDE,
    },
    {
      name: 'pure-houses-know-no-node',
      comment:
        'wire and election are pure, and so are stego, rights, cloud and client outside their src/node and src/cli: they also run in netsim and in a browser. Move the call into src/node, or inject it.',
      severity: 'error',
      from: { path: '^packages/(wire|election)/src/|^packages/(stego|rights|cloud|client)/src/(?!(node|cli)/)' },
      to: BUILTINS_ARE_OUTSIDE,
    },
    {
      name: 'datagrams-only-in-transport-io',
      comment: 'Only packages/transport/src/io opens UDP sockets. Ask the transport for what you need.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: '^packages/transport/src/io/' },
      to: { path: '^(node:)?dgram$' },
    },
    {
      name: 'core-code-names-types-only',
      comment:
        'In cloud and client only src/node touches transport, databases and workers. Elsewhere import their types (import type), and return an effect.',
      severity: 'error',
      from: { path: '^packages/(cloud|client)/src/(?!node/)' },
      to: {
        path: '^packages/(transport|directory)/|/node_modules/(piscina|mysql2|kysely)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'ground-houses-stand-alone',
      comment:
        'wire and settings import no sibling: everybody stands on them. Move the shared part down, or pass it in.',
      severity: 'error',
      from: { path: '^packages/(wire|settings)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/' },
    },
    {
      name: 'identity-stands-on-wire',
      comment: 'identity imports no sibling but wire. What needs more belongs into a house above.',
      severity: 'error',
      from: { path: '^packages/identity/' },
      to: { path: '^packages/(?!(identity|wire)/)' },
    },
    {
      name: 'middle-houses-are-strangers',
      comment:
        'transport, election, directory, rights and stego import no sibling but identity and wire. Join them one floor up, in cloud or client, or move the shared part down.',
      severity: 'error',
      from: { path: '^packages/(transport|election|directory|rights|stego)/' },
      to: { path: '^packages/', pathNot: '^packages/($1|identity|wire)/' },
    },
    {
      name: 'client-trusts-no-cloud-house',
      comment: 'client uses neither directory, election nor cloud: it asks the servers with a message (packages/wire).',
      severity: 'error',
      from: { path: '^packages/client/' },
      to: { path: '^packages/(directory|election|cloud)/' },
    },
    {
      name: 'cloud-knows-no-client',
      comment: 'cloud does not use the client. What both need belongs into wire, identity or rights.',
      severity: 'error',
      from: { path: '^packages/cloud/' },
      to: { path: '^packages/client/' },
    },
    {
      name: 'server-app-wires-the-cloud',
      comment:
        'apps/server parses flags and calls packages/cloud; beside it only settings, and for the operator commands directory, identity and wire. Move the logic into the package it belongs to.',
      severity: 'error',
      from: { path: '^apps/server/src/' },
      to: { path: '^packages/(?!(cloud|directory|identity|settings|wire)/)' },
    },
    {
      name: 'client-app-wires-the-client',
      comment:
        'apps/client talks to people and calls packages/client; beside it only settings, identity and wire. Move the logic into packages/client.',
      severity: 'error',
      from: { path: '^apps/client/src/' },
      to: { path: '^packages/(?!(client|identity|settings|wire)/)' },
    },
    {
      name: 'nobody-imports-an-app',
      comment: 'An app is a program, not a library. Move what you need into a package.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^$1/$2/' },
    },
    {
      name: 'product-needs-no-tools',
      comment:
        'tools/ is not published. Only tests and benches may use it; move what the product needs into a package.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { path: '^tools/' },
    },
    {
      name: 'houses-have-doors',
      comment: "Import a sibling by its package name ('@p2pimg/wire'), never by a path into its folder.",
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps|tools)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'source-needs-no-tests',
      comment: 'Code that is published does not import tests or benches. Move the shared part into src.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { path: '^(packages|apps)/[^/]+/(test|bench)/' },
    },
    {
      name: 'dependencies-are-declared',
      comment: "Name it in this package's own package.json: under dependencies when src imports it.",
      severity: 'error',
      from: { path: '^(packages|apps|tools)/[^/]+/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'product-needs-no-dev-dependency',
      comment: 'src imports a devDependency, which whoever installs the package lacks: move it to dependencies.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'imports-resolve',
      comment: 'This import leads nowhere: check the path and its .ts ending, or run pnpm install.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: 'specify',
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@p2pimg/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
    builtInModules: { add: ['node:sqlite', 'node:ffi', 'node:test', 'node:sea'] },
  },
};
