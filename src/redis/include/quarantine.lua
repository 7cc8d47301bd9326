-- Writes a payload that cannot be enqueued to the failed list, as Ruby writes failures, with the reason. What
-- is no JSON object is kept as text beside an empty payload, because Ruby's page cannot show anything else.
-- Needs json-text.lua, payload.lua and status.lua.
local function quarantine(failed_key, failed_at, payload, reason, queue)
  local is_object = string.match(payload, '^%s*{') and pcall(cjson.decode, payload)
  local kept = is_object and payload or 'null,"raw":' .. json_text(payload)
  redis.call('RPUSH', failed_key, '{"failed_at":"' .. failed_at .. '","payload":' .. kept
    .. ',"exception":"InvalidPayloadError","error":' .. json_text(reason)
    .. ',"backtrace":[],"worker":"resque-scheduler","queue":' .. json_text(queue or '') .. '}')
end

-- The same for a job whose queue refuses it: `batch` is that of enqueue.lua. The job has failed, then, and its
-- status says so for a day.
local function quarantine_queued(batch, failed_key, failed_at, payload, reason, queue)
  quarantine(failed_key, failed_at, payload, reason, queue)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  if not kind or not id then return end
  local key = status_key(batch.status_prefix, id, prefix)
  if kind ~= 'ours' then return update_foreign_status(key, 3, 86400, batch.now_s) end
  if not is_tracked(id) then return end
  local more = ',"error":{"name":"InvalidPayloadError","message":' .. json_text(reason) .. '}'
  redis.call('SET', key, status_record(3, class, queue, seconds, more, batch.now_ms, batch.now_s), 'EX', 86400)
end

-- Scripts are not rolled back: whether the failed list can take anything is asked before anything is written.
-- -> nil when it can, else the error to reply with
local function failed_list_trouble(failed_key)
  local kind = redis.call('TYPE', failed_key).ok
  if kind == 'list' or kind == 'none' then return nil end
  return redis.error_reply('WRONGTYPE the failed list ' .. failed_key .. ' holds something else than a list')
end
