-- What is written of jobs that are taken out of their queue for good. Needs payload.lua and status.lua.
--
--   local out = { attempts = key, deaths = key, status_prefix = text, queue = name, keep_seconds = n, now_ms = n,
--                 now_s = n, ended = {} }
--   cancel_waiting(out, payload)   what was counted of it is forgotten, its status is cancelled
--   tell_ended(out, channel)       to who waits for the end of jobs
local function cancel_waiting(out, payload)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  if not kind then return end
  local field = count_field(id, payload)
  redis.call('HDEL', out.attempts, field)
  redis.call('HDEL', out.deaths, field)
  if not id then return end
  local key = status_key(out.status_prefix, id, prefix)
  if kind ~= 'ours' then return update_foreign_status(key, 64, out.keep_seconds, out.now_s) end
  if not is_tracked(id) then return end
  local record = status_record(64, class, out.queue, seconds, '', out.now_ms, out.now_s)
  redis.call('SET', key, record, 'EX', out.keep_seconds)
  out.ended[#out.ended + 1] = id
end

local function tell_ended(out, channel)
  if #out.ended > 0 then redis.pcall('PUBLISH', channel, table.concat(out.ended, ',')) end
end
