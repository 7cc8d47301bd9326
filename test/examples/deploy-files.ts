// Reads the examples of deployment: which command each of them runs, and what it says about stopping.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { repository } from '../support/child.ts'

export interface Example {
  readonly name: string
  /** The program and its arguments. */
  readonly command: readonly string[]
  /** How long it has between being told to stop and being killed, in seconds; null where nothing says it. */
  readonly graceSeconds: number | null
}

const folder = join(repository, 'examples', 'deploy')

export function deployFile(path: string): string {
  return readFileSync(join(folder, path), 'utf8')
}

interface Service {
  readonly command?: readonly string[]
  readonly stop_grace_period?: string
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>
}

export function compose(): Compose {
  return parse(deployFile('compose.yaml'), { merge: true }) as Compose
}

function ofCompose(): Example[] {
  return Object.entries(compose().services).map(([name, { command = [], stop_grace_period: grace }]) => ({
    name: `compose ${name}`,
    command,
    graceSeconds: grace === undefined ? null : Number.parseInt(grace, 10),
  }))
}

/** The settings of a systemd unit; a name that stands twice keeps its last value. */
export function unit(path: string): Map<string, string> {
  const lines = deployFile(`systemd/${path}`).split('\n')
  return new Map(lines.filter((line) => /^\w+=/.test(line)).map((line) => split(line, '=')))
}

function split(line: string, at: string): [string, string] {
  const index = line.indexOf(at)
  return [line.slice(0, index), line.slice(index + at.length).trim()]
}

export const units = ['resque-scheduler.service', 'resque-worker@.service'] as const

function ofUnits(): Example[] {
  return units.map((path) => {
    const settings = unit(path)
    const words = (settings.get('ExecStart') ?? '').replaceAll('%i', 'mail').split(' ')
    return {
      name: `systemd ${path}`,
      command: words.map((word) => word.replace('/srv/app/node_modules/.bin/', '')),
      graceSeconds: Number(settings.get('TimeoutStopSec')),
    }
  })
}

export interface Manifest {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: { readonly name: string }
  readonly spec?: Deployment
  readonly data?: Readonly<Record<string, string>>
}

export interface Deployment {
  readonly replicas?: number
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly template?: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> }
    readonly spec: {
      readonly terminationGracePeriodSeconds: number
      readonly containers: readonly Container[]
    }
  }
}

export interface Container {
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
}

export function manifests(): Manifest[] {
  return ['scheduler', 'worker'].flatMap((name) =>
    parseAllDocuments(deployFile(`kubernetes/${name}.yaml`)).map((document) => document.toJS() as Manifest),
  )
}

function ofManifests(): Example[] {
  return manifests().flatMap(({ metadata, spec }) =>
    (spec?.template?.spec.containers ?? []).map(({ args }) => ({
      name: `kubernetes ${metadata.name}`,
      command: args,
      graceSeconds: spec?.template?.spec.terminationGracePeriodSeconds ?? null,
    })),
  )
}

export function procfile(): [string, string][] {
  return deployFile('Procfile')
    .trim()
    .split('\n')
    .map((line) => split(line, ':'))
}

/** All that run a program of ours by name. */
export function examples(): Example[] {
  const image = JSON.parse(/^CMD (.*)$/m.exec(deployFile('Dockerfile'))?.[1] ?? '[]') as string[]
  const all = [{ name: 'Dockerfile', command: image, graceSeconds: null }]
  return [...all, ...ofCompose(), ...ofUnits(), ...ofManifests()].filter(({ command }) =>
    command[0]?.startsWith('resque'),
  )
}
