// The only reader of process.env. Names are Ruby's and PHP's where they exist; the table is config/settings.ts.

import { withTls } from './config/redis-place.ts'
import { type Variables as Named, settingValue } from './config/setting.ts'
import { settings } from './config/settings.ts'

export interface Environment {
  readonly redisUrl: string
  readonly namespace: string
}

export type Variables = Named

/** Where Redis is and under which namespace, when nobody says otherwise. @throws ConfigurationError */
export function environment(variables: Variables = process.env): Environment {
  const [tlsCa, tlsCert, tlsKey] = [settings.tlsCa, settings.tlsCert, settings.tlsKey].map((setting) =>
    settingValue(setting, undefined, variables),
  )
  return {
    redisUrl: withTls(settingValue(settings.redis, undefined, variables), { tlsCa, tlsCert, tlsKey }),
    namespace: settingValue(settings.namespace, undefined, variables),
  }
}
