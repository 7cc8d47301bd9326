-- What becomes of a job in hand: one function for each kind of outcome. KEYS and ARGV are those of settle.lua.
-- Needs now.lua, payload.lua, status.lua, json-text.lua, quarantine.lua and in-hand.lua.
local ended, woken = {}, {}
local performed, failures = 0, 0

local function write_status(code, name, condition, more, ttl_seconds)
  if name == '' then return end
  local record = '{"status":' .. code .. ',"updated":' .. now_s .. more .. ',"updated_ms":' .. digits(now_ms) .. '}'
  local command = { 'SET', ARGV[5] .. name .. ':status', record }
  if condition == 'XX' then command[#command + 1] = 'XX' end
  if ttl_seconds then
    command[#command + 1] = 'EX'
    command[#command + 1] = ttl_seconds
    ended[#ended + 1] = name
  end
  redis.call(unpack(command))
end

-- How often this job failed or was orphaned is counted under its id, or the hash of an id-less payload.
local function forget_counts(payload, counted)
  if counted ~= '1' then return end
  local _, _, _, id = read_payload(payload)
  local field = count_field(id, payload)
  redis.call('HDEL', KEYS[8], field)
  redis.call('HDEL', KEYS[9], field)
end

local settle = {}

function settle.complete(record, name, condition, more, _, counted)
  write_status(4, name, condition, more, ARGV[12])
  performed = performed + 1
  forget_counts(payload_in_hand(record), counted)
end

-- It counts as neither processed nor failed.
function settle.cancelled(record, name, condition, more)
  write_status(64, name, condition, more, ARGV[12])
  forget_counts(payload_in_hand(record), '1')
end

local function fail(payload, kept, name, condition, more, detail, counted)
  redis.call('RPUSH', KEYS[3], '{"failed_at":"' .. ARGV[11] .. '","payload":' .. kept .. detail)
  write_status(3, name, condition, more, ARGV[12])
  performed, failures = performed + 1, failures + 1
  forget_counts(payload, counted)
end

function settle.failed(record, ...)
  local payload = payload_in_hand(record)
  fail(payload, payload, ...)
end

function settle.poison(record, ...)
  local payload = payload_in_hand(record)
  fail(payload, 'null,"raw":' .. json_text(payload), ...)
end

-- A delayed payload must name its queue. The count moves along when that changes an id-less payload.
local function delayed_form(payload, queue)
  local _, _, named, id = read_payload(payload)
  local delayed = payload
  if not named then
    delayed = string.gsub(payload, '}%s*$', '') .. ',"queue":' .. cjson.encode(queue) .. '}'
  end
  local kind = read_payload(delayed)
  return delayed, count_field(id, payload), count_field(id, queued_form(kind, delayed))
end

-- Where the job was to go holds something else than a list.
local function nowhere(record, reason, name, condition, more)
  quarantine(KEYS[3], ARGV[11], payload_in_hand(record), reason, queue_in_hand(record))
  write_status(3, name, condition, more, ARGV[12])
end

function settle.retry(record, name, condition, more, detail)
  local delayed, field, next_field = delayed_form(payload_in_hand(record), queue_in_hand(record))
  local pushed = redis.pcall('RPUSH', ARGV[7] .. detail, delayed)
  if type(pushed) == 'table' then return nowhere(record, pushed.err, name, condition, more) end
  local attempts = redis.call('HINCRBY', KEYS[8], field, 1)
  if next_field ~= field then
    redis.call('HSET', KEYS[8], next_field, attempts)
    redis.call('HDEL', KEYS[8], field)
  end
  redis.call('ZADD', KEYS[10], detail, detail)
  write_status(63, name, condition, more .. ',"due":' .. detail)
  performed = performed + 1
end

function settle.back(record, name, condition, more)
  local queue = queue_in_hand(record)
  local length = redis.pcall('LPUSH', ARGV[4] .. queue, payload_in_hand(record))
  if type(length) == 'table' then return nowhere(record, length.err, name, condition, more) end
  redis.call('SADD', KEYS[2], queue)
  if length == 1 then woken[#woken + 1] = queue end
  write_status(1, name, condition, more)
end
