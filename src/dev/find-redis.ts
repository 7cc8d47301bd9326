// Where redis-server is on this machine, and how to install it when it is nowhere.

import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where packages and Homebrew put it, when PATH does not say so. */
const usualPlaces = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The path of redis-server, or undefined. @param searchPath folders as the variable PATH lists them */
export function findRedisServer(
  searchPath: string | undefined,
  places: readonly string[] = usualPlaces,
): string | undefined {
  const folders = [...(searchPath ?? '').split(delimiter).filter((folder) => folder !== ''), ...places]
  return folders.map((folder) => join(folder, 'redis-server')).find(isProgram)
}

/** The names in /etc/os-release by which a Linux knows itself and its ancestors. */
function linuxNames(): string[] {
  try {
    const text = readFileSync('/etc/os-release', 'utf8')
    return [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)/gm)].flatMap(([, names = '']) => names.split(' '))
  } catch {
    return []
  }
}

const installs: readonly (readonly [readonly string[], string])[] = [
  [['debian', 'ubuntu'], 'sudo apt-get install redis-server'],
  [['fedora', 'rhel', 'centos'], 'sudo dnf install redis'],
  [['alpine'], 'apk add redis'],
  [['arch'], 'sudo pacman -S redis'],
]

/** The command that installs Redis on this system. */
export function installHint(
  platform: string = process.platform,
  names: readonly string[] = linuxNames(),
): string {
  if (platform === 'darwin') return 'brew install redis'
  if (platform === 'win32') {
    return 'Redis does not run on Windows itself: use WSL (wsl --install), and there sudo apt-get install redis-server'
  }
  const found = installs.find(([systems]) => systems.some((system) => names.includes(system)))
  return found?.[1] ?? 'install the package "redis" of your system'
}

/** What to say when there is no redis-server. */
export function redisMissing(hint: string = installHint()): string {
  return [
    'redis-server was not found on this machine. Install it with:',
    `    ${hint}`,
    'or use one that runs elsewhere, for example in Docker:',
    '    docker run -d -p 6379:6379 redis:7 && export REDIS_URL=redis://127.0.0.1:6379',
  ].join('\n')
}
