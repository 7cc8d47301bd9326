-- Moves jobs that are due into their queues, oldest second first, at most ARGV[2] of them. What is no job
-- goes to the failed list with the reason, so that it cannot stop the rest.
-- Jobs of classes that are asked first (Ruby's `scheduled`) go into a list of their own instead of a queue.
-- KEYS[1] delayed_queue_schedule   KEYS[2] queues   KEYS[3] failed   KEYS[4] the leader's lock   KEYS[5] asked
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] how many jobs at the most
-- ARGV[3] my value in the lock, or '' to move without being the leader
-- ARGV[4] text before a second in a bucket's key   ARGV[5] text before a queue's name
-- ARGV[6] text before a job's id   ARGV[7] channel that wakes workers
-- ARGV[8] text before a payload in the key of Ruby's index
-- ARGV[9] now, as the failed list writes it   ARGV[10], … names of classes that are asked first
-- reply: { 1 when leading else 0, milliseconds of Redis, jobs moved, jobs refused, oldest due second moved or 0,
--          1 when there may be more else 0, how many of the jobs moved are to be asked,
--          the first second that is left, or '' when none is }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include json-text
-- @include quarantine
local now_ms, now_s = now(ARGV[1])
if ARGV[3] ~= '' and redis.call('GET', KEYS[4]) ~= ARGV[3] then
  return { 0, digits(now_ms), 0, 0, 0, 0, 0, '' }
end
local trouble = failed_list_trouble(KEYS[3])
if trouble then return trouble end

local limit = tonumber(ARGV[2])
local batch = new_batch(ARGV[6], now_ms, now_s)
local moved, refused, oldest, looked, more = 0, 0, 0, 0, 1
local is_asked_first, asked = #ARGV > 9 and {}, {}
for index = 10, #ARGV do is_asked_first[ARGV[index]] = true end

local function refuse(payload, reason)
  quarantine(KEYS[3], ARGV[9], payload, 'could not be promoted: ' .. reason)
  refused = refused + 1
end

local function promote(payload, due)
  local kind, class, queue, id, seconds, prefix = read_payload(payload)
  if not kind then return refuse(payload, class) end
  if not queue then return refuse(payload, 'the payload names no queue') end
  if kind ~= 'ours' then
    local index = ARGV[8] .. payload
    redis.pcall('SREM', index, 'delayed:' .. due)
  end
  moved = moved + 1
  if is_asked_first and is_asked_first[cjson.decode('[' .. class .. ']')[1]] then
    asked[#asked + 1] = payload
    return note_waiting(batch, queue, kind, class, id, seconds)
  end
  add_to_batch(batch, queue, queued_form(kind, payload), kind, class, id, seconds, prefix)
end

-- A bucket that is not a list is left alone, but does not hold up the others.
local function take(due, count)
  if not string.match(due, '^%d+$') then return {} end
  local reply = redis.pcall('LPOP', ARGV[4] .. due, count)
  if not reply or reply.err then return {} end
  return reply
end

local function promote_second(due)
  local count = limit - moved - refused
  local payloads = take(due, count)
  for _, payload in ipairs(payloads) do promote(payload, due) end
  if #payloads > 0 and oldest == 0 then oldest = tonumber(due) end
  return #payloads < count
end

-- Seconds whose jobs others have taken out are work as well: Ruby leaves them behind. What lies before 0 is no time
-- but tripwire.lua's.
while moved + refused < limit and looked < 2 * limit do
  local seconds = redis.call('ZRANGEBYSCORE', KEYS[1], 0, now_s, 'LIMIT', 0, 200)
  looked = looked + #seconds
  if #seconds == 0 then
    more = 0
    break
  end
  local emptied = {}
  for _, due in ipairs(seconds) do
    if moved + refused >= limit or not promote_second(due) then break end
    emptied[#emptied + 1] = due
  end
  if #emptied > 0 then redis.call('ZREM', KEYS[1], unpack(emptied)) end
end

enqueue_batch(batch, KEYS[2], ARGV[5], ARGV[7], function(payload, reason, queue)
  quarantine_queued(batch, KEYS[3], ARGV[9], payload, 'could not be promoted: ' .. reason, queue)
  moved, refused = moved - 1, refused + 1
end)
if #asked > 0 then redis.call('RPUSH', KEYS[5], unpack(asked)) end
local left = redis.call('ZRANGEBYSCORE', KEYS[1], 0, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
return { 1, digits(now_ms), moved, refused, oldest, more, #asked, left[2] or '' }
