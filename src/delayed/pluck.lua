-- Takes chosen entries out of one stretch of a bucket: for good, into their queues at once, or into the bucket of
-- another second. What is not in the stretch any more is left out. With no entries it only forgets the second when its bucket is empty.
-- KEYS[1] delayed_queue_schedule   KEYS[2] queues   KEYS[3] attempts   KEYS[4] deaths   KEYS[5] the leader's lock
-- KEYS[6] node-resque's lock
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] 'cancel', 'enqueue' or 'move'   ARGV[3] the bucket's second
-- ARGV[4] first and ARGV[5] last index of the stretch
-- ARGV[6] text before a second   ARGV[7] text before a queue's name   ARGV[8] text before a job's id
-- ARGV[9] text before a payload in the key of Ruby's index   ARGV[10] channel that wakes workers
-- ARGV[11] channel that tells who waits for the end of a job   ARGV[12] seconds that the final status is kept
-- ARGV[13] 'move': the new second   ARGV[14] text before the digits in the key of our index
-- ARGV[15], ARGV[16], … payloads, as often as they are to be taken out
-- reply: how many were taken out
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include delayed-index
-- @include delayed-status
-- @include ruby-index
-- @include ruby-hands
local now_ms, now_s = now(ARGV[1])
local due, bucket, first = ARGV[3], ARGV[6] .. ARGV[3], tonumber(ARGV[4])
local target = tonumber(ARGV[13])
local moves = ARGV[2] == 'move' and target > now_s
local enqueues = ARGV[2] == 'enqueue' or ARGV[2] == 'move' and not moves
local wanted, taken, ids, ended = {}, {}, {}, {}
if is_in_rubys_hands(due, now_s, KEYS[5], KEYS[6]) then return 0 end
for index = 15, #ARGV do wanted[ARGV[index]] = (wanted[ARGV[index]] or 0) + 1 end

local function choose(payload, index)
  if (wanted[payload] or 0) == 0 then return end
  wanted[payload] = wanted[payload] - 1
  local kind, class, queue, id, seconds, prefix = read_payload(payload)
  if enqueues and not queue then return end
  taken[#taken + 1] = {
    payload = payload, index = index, kind = kind, class = class, queue = queue, id = id, seconds = seconds,
    prefix = prefix,
  }
end

-- Asked before anything is taken out: a script that fails half way is not rolled back.
local function refusing_key()
  local known = {}
  for _, job in ipairs(taken) do
    local key = moves and ARGV[6] .. ARGV[13] or ARGV[7] .. job.queue
    if not known[key] then
      known[key] = redis.call('TYPE', key).ok
      if known[key] ~= 'list' and known[key] ~= 'none' then return key end
    end
  end
end

-- Overwriting by position and removing what was overwritten walks through the bucket once, not once for each.
local function take_all_out()
  local mark = 'taken out ' .. digits(now_ms) .. ' ' .. redis.sha1hex(taken[1].payload)
  for _, job in ipairs(taken) do redis.call('LSET', bucket, job.index, mark) end
  local is_near_head = first * 2 < redis.call('LLEN', bucket)
  redis.call('LREM', bucket, is_near_head and #taken or -#taken, mark)
  local left = {}
  for _, job in ipairs(taken) do
    if job.kind ~= 'ours' and left[job.payload] == nil then
      left[job.payload] = leave_ruby_index(ARGV[9], bucket, job.payload, due)
    end
    job.was_indexed = left[job.payload]
  end
end

local function cancel(job)
  if not job.id then return end
  ids[#ids + 1] = job.id
  local key = status_key(ARGV[8], job.id, job.prefix)
  if job.kind ~= 'ours' then return update_foreign_status(key, 64, ARGV[12], now_s) end
  if not is_tracked(job.id) then return end
  local record = status_record(64, job.class, job.queue, job.seconds, '', now_ms, now_s)
  redis.call('SET', key, record, 'EX', ARGV[12])
  ended[#ended + 1] = job.id
end

local function move(job)
  redis.call('RPUSH', ARGV[6] .. ARGV[13], job.payload)
  if job.kind == 'ours' then
    note_hint(ARGV[14], job.id, ARGV[13])
    local key = status_key(ARGV[8], job.id)
    write_delayed_status(key, job.id, job.class, job.queue, job.seconds, ARGV[13], now_ms, now_s)
  elseif job.was_indexed then
    redis.call('SADD', ARGV[9] .. job.payload, 'delayed:' .. ARGV[13])
  end
end

local entries = redis.pcall('LRANGE', bucket, ARGV[4], ARGV[5])
if entries.err then return 0 end
for offset, payload in ipairs(entries) do choose(payload, first + offset - 1) end
local refusing = ARGV[2] ~= 'cancel' and refusing_key()
if refusing then return redis.error_reply('WRONGTYPE ' .. refusing .. ' holds something else than a list') end
if #taken > 0 then take_all_out() end
if redis.call('EXISTS', bucket) == 0 then redis.call('ZREM', KEYS[1], due) end

if moves then
  for _, job in ipairs(taken) do move(job) end
  if #taken > 0 then redis.call('ZADD', KEYS[1], ARGV[13], ARGV[13]) end
elseif enqueues then
  local batch = new_batch(ARGV[8], now_ms, now_s)
  for _, job in ipairs(taken) do
    local payload = queued_form(job.kind, job.payload)
    add_to_batch(batch, job.queue, payload, job.kind, job.class, job.id, job.seconds, job.prefix)
  end
  enqueue_batch(batch, KEYS[2], ARGV[7], ARGV[10], function(_, reason) error(reason) end)
else
  for _, job in ipairs(taken) do cancel(job) end
  if #ids > 0 then redis.call('HDEL', KEYS[3], unpack(ids)) end
  if #ids > 0 then redis.call('HDEL', KEYS[4], unpack(ids)) end
  if #ended > 0 then redis.pcall('PUBLISH', ARGV[11], table.concat(ended, ',')) end
end
return #taken
