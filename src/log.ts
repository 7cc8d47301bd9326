// The log of the daemons: one line per event, for people or for machines. Lines of one turn are written at once.

import { pino } from 'pino'
import { type Clock, systemClock } from './clock.ts'
import type { EventName, Listener } from './events.ts'
import { Brake, PromotedSum } from './log/flood.ts'
import {
  type LogFields,
  type LogLevel,
  type LogRecord,
  logfmtLine,
  type Paint,
  textLine,
} from './log/line-format.ts'
import { wording } from './log/wording.ts'

export type LogFormat = 'text' | 'json' | 'logfmt'

export interface LogOptions {
  readonly format: LogFormat
  /** The least important level that is written. */
  readonly level: LogLevel
  /** Takes whole lines. */
  write(lines: string): void
  /** For the text format on a terminal. */
  readonly paint?: Paint
  /** Changes every line before it is written, for instance to hide secrets. */
  readonly censor?: (line: string) => string
}

export interface Log {
  say(level: LogLevel, message: string, fields?: LogFields): void
  /** Whether lines of this level are written. */
  shows(level: LogLevel): boolean
  /** Writes what waits to be written. */
  flush(): void
}

/** What pino tells a destination that has `pino.metadata`, before each line. */
interface Destination {
  write(json: string): void
  lastLevel?: number
  lastTime?: string
  lastMsg?: string
  lastObj?: LogFields
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const levelOf = new Map<number, LogLevel>(levels.map((level) => [pino.levels.values[level] ?? 0, level]))

function recordOf({ lastLevel = 0, lastTime = '', lastMsg = '', lastObj = {} }: Destination): LogRecord {
  const time = /\d[^"]*/.exec(lastTime)?.[0] ?? ''
  return { time, level: levelOf.get(lastLevel) ?? 'info', message: lastMsg, fields: lastObj }
}

function unpainted(_style: unknown, text: string): string {
  return text
}

function destinationOf(options: LogOptions, write: (line: string) => void): Destination {
  const { format, paint = unpainted } = options
  const destination: Destination & { [key: symbol]: true } = {
    [Symbol.for('pino.metadata')]: true,
    write: (json) => {
      if (format === 'json') write(json)
      else if (format === 'logfmt') write(logfmtLine(recordOf(destination)))
      else write(textLine(recordOf(destination), paint))
    },
  }
  return destination
}

/** Opens a log. Nothing is written yet. */
export function openLog(options: LogOptions): Log {
  let waiting: string[] = []
  const flush = (): void => {
    if (waiting.length === 0) return
    const lines = waiting.join('')
    waiting = []
    options.write(options.censor?.(lines) ?? lines)
  }
  const write = (line: string): void => {
    if (waiting.push(line) === 1) queueMicrotask(flush)
  }
  const settings = {
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }), bindings: () => ({ pid: process.pid }) },
  }
  const logger = pino(settings, destinationOf(options, write))
  return {
    say: (level, message, fields = {}) => logger[level](fields, message),
    shows: (level) => logger.isLevelEnabled(level),
    flush,
  }
}

/** Whatever tells events: a worker, a scheduler. */
export interface EventSource {
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void
}

function listenTo(
  source: EventSource,
  log: Log,
  name: EventName,
  listener: (event: never) => void,
): () => void {
  // Nobody need make an event of which nothing would be written.
  const isUnheard = name === 'reserved' && !log.shows('debug')
  const isQuiet = (name === 'completed' || name === 'logged' || name === 'printed') && !log.shows('info')
  return isUnheard || isQuiet ? () => undefined : source.on(name, listener as Listener<EventName>)
}

/** Writes a line for each event. The function it returns writes what is left and stops listening. */
export function logTo(source: EventSource, log: Log, clock: Clock = systemClock): () => void {
  const tell = (name: EventName, event: never): void => {
    const { level, message, fields } = (wording[name] as (event: never) => ReturnType<typeof wording.fired>)(
      event,
    )
    log.say(level, message, { event: name, ...fields })
  }
  const promoted = new PromotedSum(clock, (sum) => tell('promoted', sum as never))
  const fired = new Brake(clock, (count) =>
    log.say('info', `… and fired ${count} more`, { event: 'fired', count }),
  )
  const special: Partial<Record<EventName, (event: never) => void>> = {
    promoted: (event) => promoted.add(event),
    fired: (event) => (fired.isOpen ? tell('fired', event) : undefined),
  }
  const names = Object.keys(wording) as EventName[]
  const off = names.map((name) =>
    listenTo(source, log, name, special[name] ?? ((event) => tell(name, event))),
  )
  return () => {
    promoted.flush()
    fired.flush()
    for (const stop of off) stop()
    log.flush()
  }
}
