// The only reader of process.env. Names are Ruby's and PHP's where they exist; the table is config/settings.ts.

import { type Variables as Named, settingValue } from './config/setting.ts'
import { settings } from './config/settings.ts'

export interface Environment {
  readonly redisUrl: string
  readonly namespace: string
}

export type Variables = Named

/** Where Redis is and under which namespace, when nobody says otherwise. @throws ConfigurationError */
export function environment(variables: Variables = process.env): Environment {
  return {
    redisUrl: settingValue(settings.redis, undefined, variables),
    namespace: settingValue(settings.namespace, undefined, variables),
  }
}
