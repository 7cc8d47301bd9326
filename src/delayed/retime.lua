-- Gives all delayed jobs of a class, args and queue another second; adds the job when there is none. Both indexes
-- tell where to look, at most 20,000 entries; what neither knows (PHP's jobs, retries) is not met here.
-- What is due while Ruby leads is on its way, and not met either.
-- KEYS[1] delayed_queue_schedule   KEYS[2] queues   KEYS[3] the leader's lock   KEYS[4] node-resque's lock
-- KEYS[5] hints that are to be sorted
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] the new second   ARGV[3] the job to add, when there is none
-- ARGV[4] its args as JSON   ARGV[5] the same job as Ruby and ARGV[6] as Node writes it
-- ARGV[7] its digest   ARGV[8] its queue
-- ARGV[9] text before a second   ARGV[10] text before a queue's name   ARGV[11] text before a job's id
-- ARGV[12] text before a payload in the key of Ruby's index   ARGV[13] text before the digits of our index
-- ARGV[14] channel that wakes workers   ARGV[15] about how many hints are sorted in one call
-- reply: { milliseconds of Redis, how many were moved, the id of one of these or '' } | { 'more' }: call again
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include delayed-index
-- @include sort-hints
-- @include delayed-status
-- @include ruby-hands
if not sort_hints(KEYS[1], KEYS[5], ARGV[13], tonumber(ARGV[15])) then return { 'more' } end
local now_ms, now_s = now(ARGV[1])
local due, digest, queue, bucket_prefix = ARGV[2], ARGV[7], ARGV[8], ARGV[9]
local found, left = {}, 20000
local _, own_class = read_payload(ARGV[3])
local head = '{"class":' .. own_class .. ',"args":' .. ARGV[4] .. ',"'

local function is_equal(a, b)
  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end
  for key, value in pairs(a) do if not is_equal(value, b[key]) then return false end end
  for key in pairs(b) do if a[key] == nil then return false end end
  return true
end

local function is_same_job(payload)
  if not string.find(payload, digest, 1, true) then return false end
  local kind, class, its_queue, id = read_payload(payload)
  if kind ~= 'ours' or its_queue ~= queue or string.sub(id, 11, 18) ~= digest then return false end
  if string.sub(payload, 1, #head) == head then return true end
  return class == own_class and is_equal(cjson.decode(payload).args, cjson.decode(ARGV[4]))
end

local function look_in(second)
  if is_in_rubys_hands(second, now_s, KEYS[3], KEYS[4]) then return end
  local bucket = bucket_prefix .. second
  local length = redis.pcall('LLEN', bucket)
  if type(length) ~= 'number' then return end
  for last = length - 1, math.max(0, length - left), -1000 do
    local entries = redis.call('LRANGE', bucket, math.max(0, last - 999), last)
    for _, payload in ipairs(entries) do
      if is_same_job(payload) then found[#found + 1] = { payload = payload, second = second, count = 1 } end
    end
  end
  left = left - length
end

local function look_for_ours()
  local key, start = ARGV[13] .. string.sub(digest, 1, 4), '1' .. string.sub(digest, 5, 8)
  for _, hint in ipairs(redis.call('SMEMBERS', key)) do
    if left > 0 and string.sub(hint, 1, 5) == start then look_in(string.sub(hint, 6)) end
  end
end

-- Ruby and Node name the buckets of one payload; equal jobs are equal to the byte.
local function look_for_theirs(payload)
  local members = redis.pcall('SMEMBERS', ARGV[12] .. payload)
  for _, member in ipairs(members.err and {} or members) do
    local second = string.match(member, '^delayed:(%d+)$')
    local is_within_reach = second and not is_in_rubys_hands(second, now_s, KEYS[3], KEYS[4])
    if is_within_reach then found[#found + 1] = { payload = payload, second = second, count = 0 } end
  end
end

local function take_out(entry)
  local bucket = bucket_prefix .. entry.second
  local removed = redis.pcall('LREM', bucket, entry.count, entry.payload)
  entry.count = type(removed) == 'number' and removed or 0
  redis.pcall('SREM', ARGV[12] .. entry.payload, 'delayed:' .. entry.second)
  if redis.call('EXISTS', bucket) == 0 then redis.call('ZREM', KEYS[1], entry.second) end
end

local is_due = tonumber(due) <= now_s
local target = is_due and ARGV[10] .. queue or bucket_prefix .. due
local target_type = redis.call('TYPE', target).ok
if target_type ~= 'list' and target_type ~= 'none' then
  return redis.error_reply('WRONGTYPE ' .. target .. ' holds something else than a list')
end

look_for_ours()
look_for_theirs(ARGV[5])
look_for_theirs(ARGV[6])
local batch, moved, moved_id = new_batch(ARGV[11], now_ms, now_s), 0, ''

local function put(payload, is_new)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  if is_due then
    return add_to_batch(batch, queue, queued_form(kind, payload), kind, class, id, seconds, prefix)
  end
  redis.call('RPUSH', target, payload)
  redis.call('ZADD', KEYS[1], due, due)
  if kind == 'ours' then note_hint(ARGV[13], id, due) end
  if kind ~= 'ours' then redis.call('SADD', ARGV[12] .. payload, 'delayed:' .. due) end
  if kind == 'ours' and not is_new then
    write_delayed_status(status_key(ARGV[11], id), id, class, queue, seconds, due, now_ms, now_s)
  end
end

for _, entry in ipairs(found) do take_out(entry) end
for _, entry in ipairs(found) do
  for _ = 1, entry.count do put(entry.payload) end
  moved = moved + entry.count
  if entry.count > 0 and moved_id == '' then
    local _, _, _, id = read_payload(entry.payload)
    moved_id = id or ''
  end
end
if moved == 0 then put(ARGV[3], true) end
enqueue_batch(batch, KEYS[2], ARGV[10], ARGV[14], function(_, reason) error(reason) end)
return { digits(now_ms), moved, moved_id }
