// Compiles src/ to dist/ and puts each .lua file beside the module that loads it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const from = join(root, 'src')
const to = join(root, 'dist')

if (process.argv.includes('--clean')) rmSync(to, { recursive: true, force: true })
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })

for (const name of readdirSync(from, { recursive: true })) {
  if (!/\.(lua|css|js)$/.test(name) || !statSync(join(from, name)).isFile()) continue
  mkdirSync(dirname(join(to, name)), { recursive: true })
  copyFileSync(join(from, name), join(to, name))
}
