// Servers and processes of a growth measurement: started together, told what to do, timed together.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openRedis, redisCpuMs, startRedis } from '../redis.mjs'

const program = fileURLToPath(new URL('./member.mjs', import.meta.url))
const longestMs = 300_000

/** A process, and `ask(verb, told)`, which resolves when it has done that. */
async function startMember(options) {
  const child = fork(program, { execArgv: ['--expose-gc', '--no-warnings'] })
  const asked = new Map()
  let lastId = 0
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = asked.get(id)
    asked.delete(id)
    if (error === undefined) resolve(result)
    else reject(new Error(error))
  })
  child.once('exit', (code, signal) => {
    for (const { reject } of asked.values())
      reject(new Error(`a ${options.role} ended with ${signal ?? `code ${code}`}`))
  })
  const ask = (verb, told) =>
    new Promise((resolve, reject) => {
      lastId++
      asked.set(lastId, { resolve, reject })
      child.send({ id: lastId, verb, told })
    })
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await ask('begin', options)
  return { role: options.role, ask, end }
}

/** A redis-server with its processes. @param members [{ role, … }], see member.mjs */
async function startPlace(members) {
  const server = await startRedis()
  const redis = openRedis(server.port)
  const crew = await Promise.all(members.map((options) => startMember({ ...options, port: server.port })))
  const end = async () => {
    await Promise.all(crew.map((member) => member.end()))
    redis.disconnect()
    await server.stop()
  }
  return { port: server.port, redis, crew, end }
}

/** Resolves when so many jobs have been performed at each place since the last call. */
async function performed(places, count) {
  const deadlineMs = performance.now() + longestMs
  for (const place of places) {
    const wanted = (place.performed ?? 0) + count
    while (Number((await place.redis.get('resque:stat:processed')) ?? 0) < wanted) {
      if (performance.now() > deadlineMs) throw new Error(`not performed within ${longestMs / 1000} s`)
      await sleep(1)
    }
    place.performed = wanted
  }
}

async function cpuOf(places) {
  const all = places.flatMap(({ crew }) => crew.map((member) => member.ask('cpuMs')))
  const sum = (values) => values.reduce((total, value) => total + value, 0)
  const redis = places.map((place) => redisCpuMs(place.redis))
  return { processMs: sum(await Promise.all(all)), redisMs: sum(await Promise.all(redis)) }
}

/**
 * Starts places, hands their means to `act`, and ends them whatever happens.
 *   each(carry)             carries out for every place at the same time
 *   tell(role, verb, told)  tells all of a role, and resolves when they have done it
 *   performed(count)        resolves when so many more jobs have been performed at each place
 *   timed(jobs, carry)      -> { jobs, ms, usPerJob, cpuUsPerJob, redisCpuUsPerJob } of `carry`
 */
export async function withPlaces(count, members, act) {
  const places = []
  try {
    for (let index = 0; index < count; index++) places.push(await startPlace(members))
    return await act(meansOf(places))
  } finally {
    await Promise.all(places.map((place) => place.end()))
  }
}

function meansOf(places) {
  const tell = (role, verb, told) => {
    const members = places.flatMap(({ crew }) => crew.filter((member) => member.role === role))
    return Promise.all(members.map((member) => member.ask(verb, told)))
  }
  const timed = async (jobs, carry) => {
    await Promise.all(places.flatMap(({ crew }) => crew.map((member) => member.ask('rest'))))
    const before = await cpuOf(places)
    const startedMs = performance.now()
    await carry()
    const ms = performance.now() - startedMs
    const after = await cpuOf(places)
    const each = (name) => ((after[name] - before[name]) * 1000) / jobs
    return {
      jobs,
      ms,
      usPerJob: (ms * 1000) / jobs,
      cpuUsPerJob: each('processMs'),
      redisCpuUsPerJob: each('redisMs'),
    }
  }
  return {
    each: (carry) => Promise.all(places.map(carry)),
    tell,
    performed: (jobs) => performed(places, jobs),
    timed,
  }
}
