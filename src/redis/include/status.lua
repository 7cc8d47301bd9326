-- Writes php-resque's status records; the shape is told in status/record.ts.
-- status_prefix is the text before a job's id in the key of its status.

local function status_key(status_prefix, id, prefix)
  if prefix then id = prefix .. '_' .. id end
  return status_prefix .. id .. ':status'
end

local function status_record(code, class, queue, seconds, more, now_ms, now_s)
  return '{"status":' .. code .. ',"updated":' .. now_s
    .. ',"started":' .. (seconds or now_s) .. ',"result":null,"class":' .. class
    .. ',"queue":' .. cjson.encode(queue) .. more .. ',"updated_ms":' .. digits(now_ms) .. '}'
end

-- The same for many jobs: what does not change is put together once. Between the two stand whole seconds,
-- ',"result":null,"class":' and the class.
local function status_head(code, now_s)
  return '{"status":' .. code .. ',"updated":' .. now_s .. ',"started":'
end

local function status_tail(queue, now_ms)
  return ',"queue":' .. cjson.encode(queue) .. ',"updated_ms":' .. digits(now_ms) .. '}'
end

local function status_records(code, queue, now_ms, now_s)
  local head, tail = status_head(code, now_s), status_tail(queue, now_ms)
  return function(class, seconds)
    return head .. seconds .. ',"result":null,"class":' .. class .. tail
  end
end

-- php-resque's rule for jobs of others: tracked if and only if the key exists. Keeps "started", which
-- php-resque itself loses.
local function update_foreign_status(key, code, ttl_seconds, now_s)
  local old = redis.pcall('GET', key)
  if type(old) ~= 'string' then return end
  local started = string.match(old, '"started":(%d+)') or now_s
  local record = '{"status":' .. code .. ',"updated":' .. now_s .. ',"started":' .. started .. ',"result":null}'
  if ttl_seconds then
    redis.call('SET', key, record, 'EX', ttl_seconds)
  else
    redis.call('SET', key, record)
  end
end
