#!/usr/bin/env node
// What a worker with isolation starts for its jobs; not for people to call.
import { liveAsChild } from '../dist/worker/isolation/child.js'

await liveAsChild(process)
process.exit()
