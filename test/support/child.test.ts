import { expect, test } from 'vitest'
import { runNode } from './child.ts'
import { eventually } from './eventually.ts'
import { isRunning } from './watchdog.ts'

const greeter = `
process.stdin.on('data', (piece) => console.log('heard ' + piece))
console.error('to stderr')
console.log('ready')
`

test('both outputs and the exit code of a program are kept', async () => {
  const program = runNode(['-e', `${greeter}; process.exitCode = 3`], { input: 'hello' })
  expect(await program.exit).toEqual({ code: 3, signal: null })
  expect(program.stdout()).toBe('ready\nheard hello\n')
  expect(program.stderr()).toBe('to stderr\n')
  expect([...program.lines].sort()).toEqual(['heard hello', 'ready', 'to stderr'])
})

test('a line is found whether it has come or is to come', async () => {
  const program = runNode(['-e', 'console.log("first"); setTimeout(() => console.log("second 2"), 50)'])
  expect(await program.waitForLine(/second \d/)).toBe('second 2')
  expect(await program.waitForLine(/first/)).toBe('first')
})

test('a line that never comes ends with what the program said', async () => {
  const ending = runNode(['-e', 'console.log("only this")'])
  await expect(ending.waitForLine(/ready/)).rejects.toThrow(/no line matched .*it ended \(0\).*only this/s)
  const hanging = runNode(['-e', 'console.log("only this"); setInterval(() => {}, 1000)'])
  await hanging.waitForLine(/only/)
  await expect(hanging.waitForLine(/ready/, 20)).rejects.toThrow(/20 ms went by.*only this/s)
})

test('a signal ends a program and is reported', async () => {
  const program = runNode(['-e', 'console.log("up"); setInterval(() => {}, 1000)'])
  await program.waitForLine(/up/)
  program.kill('SIGKILL')
  expect(await program.exit).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a program sees nothing of the environment of the tests', async () => {
  const program = runNode(['-e', 'console.log(Object.keys(process.env).sort().join())'], {
    env: { MINE: '1' },
  })
  await program.exit
  expect(program.stdout().trim().split(',')).not.toContain('VITEST')
  expect(program.stdout()).toContain('MINE')
})

const pids: number[] = []

test('a program and its child run until the end of the test', async () => {
  const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])`
  const program = runNode(['-e', `console.log('child ' + ${child}.pid)`])
  const line = await program.waitForLine(/child \d+/)
  pids.push(Number(program.process.pid), Number(line.split(' ')[1]))
  for (const pid of pids) expect(isRunning(pid)).toBe(true)
})

test('and not a moment longer', async () => {
  expect(pids).toHaveLength(2)
  await eventually(() => {
    for (const pid of pids) expect(isRunning(pid)).toBe(false)
  })
})
