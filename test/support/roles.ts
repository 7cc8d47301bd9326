// A redis-server whose users have the rights that `resque acl` prints, and a client for each of them.

import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { aclOf, type Role, roles } from '../../src/doctor/acl.ts'
import { startRedis } from './redis-server.ts'

export interface RoleServer {
  /** With the user's name and password. */
  urlOf(role: Role): string
  client(role: Role): Resque
  /** A connection that may do everything. */
  readonly root: Redis
  readonly namespace: string
}

/** As an administrator pastes it into redis-cli. */
export async function addUsers(root: Redis, namespace: string): Promise<void> {
  for (const role of roles) {
    const [command = '', ...words] = aclOf(role, { namespace })
      .line.replace('PASSWORD', `pw-${role}`)
      .split(' ')
    await root.call(command, ...words)
  }
}

export async function roleServer(namespace = 'resque'): Promise<RoleServer> {
  const server = await startRedis({ args: ['--save', '900 1'] })
  onTestFinished(() => server.stop())
  const root = new Redis(server.url)
  onTestFinished(() => root.disconnect())
  await addUsers(root, namespace)
  const urlOf = (role: Role): string => server.url.replace('//', `//resque-${role}:pw-${role}@`)
  const client = (role: Role): Resque => {
    const resque = new Resque({ redis: urlOf(role), namespace })
    onTestFinished(() => resque.close())
    return resque
  }
  return { urlOf, client, root, namespace }
}
