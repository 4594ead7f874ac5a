import { type ChildProcess, spawn } from 'node:child_process';

// Reads "+ pid" and "- pid"; when its input ends, because we have died in whatever way, it kills what is left.
const SCRIPT = `
pids=' '
while read -r op pid; do
  case $op in
    +) pids="$pids$pid " ;;
    -) pids=\${pids%%" $pid "*}' '\${pids#*" $pid "} ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
`;

let guard: ChildProcess | undefined;

/** Puts a process under guard: it is killed when this process (or worker thread) ends without having done so. */
export function watch(pid: number): void {
  tell(`+ ${pid}`);
}

/** Releases a process that has ended, before its pid can belong to somebody else. */
export function release(pid: number): void {
  tell(`- ${pid}`);
}

function tell(line: string): void {
  if (guard === undefined) {
    // Detached, so that a Ctrl-C in the terminal, which ends the whole process group, does not end it first.
    guard = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.stdin?.on('error', () => {}); // somebody killed the guard: only the guarding is lost
    guard.unref();
    (guard.stdin as { unref?: () => void } | null)?.unref?.();
  }
  guard.stdin?.write(`${line}\n`);
}
