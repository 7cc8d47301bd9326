-- Writes a payload that cannot be enqueued to the failed list, as Ruby writes failures, with the reason. What
-- is no JSON object is kept as text beside an empty payload, because Ruby's page cannot show anything else.
local function quarantine(failed_key, failed_at, payload, reason)
  local is_object = string.match(payload, '^%s*{') and pcall(cjson.decode, payload)
  local kept = is_object and payload or 'null,"raw":' .. cjson.encode(payload)
  redis.call('RPUSH', failed_key, '{"failed_at":"' .. failed_at .. '","payload":' .. kept
    .. ',"exception":"InvalidPayloadError","error":' .. cjson.encode(reason)
    .. ',"backtrace":[],"worker":"resque-scheduler","queue":""}')
end
