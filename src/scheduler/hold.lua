-- Takes or renews the leader's lease. Ruby's scheduler uses the same key and compares values as we do; node-resque
-- has a lock of its own, which the shared lease takes as well: whoever else promotes delayed jobs stands by.
-- Among ours Ruby's lock alone decides. Node's is only held along with it, and one that a former leader of ours
-- has left is in nobody's way.
-- A scheduler whose entries are fired under this very lease wants it; one that has another lease for them, and
-- takes this one only so that delayed jobs are promoted, yields to who wants it.
-- KEYS[1] the leader's lock   KEYS[2] leader_wanted   KEYS[3] leader_since:<app>
-- KEYS[4] recurring_version:<app>   KEYS[5] schedules_changed   KEYS[6] node-resque's lock: for the shared lease only
-- ARGV[1] my value   ARGV[2] seconds until it ends   ARGV[3] '' or a test clock's milliseconds
-- ARGV[4] 'wants', 'yields' or ''   ARGV[5] text before our values in node-resque's lock
-- reply: { 1 when mine else 0, whose it is, milliseconds until it ends (-1: it never ends), milliseconds of Redis,
--          1 when it is node-resque's lock that is another's else 0, since when it is led in milliseconds or '';
--          when mine also: the number of the last change of an entry, how many names others have put down as changed
--          (an error in place of either when its key holds something else) }
-- @include now
local now_ms = digits((now(ARGV[3])))
local me, mark, node_lock = ARGV[1], ARGV[5], KEYS[6]

-- Ruby and node-resque do not tell.
local function since_when(holder)
  local text = redis.call('GET', KEYS[3]) or ''
  return string.sub(text, 1, #holder + 1) == holder .. ' ' and string.sub(text, #holder + 2) or ''
end

local function note_since()
  local since = since_when(me)
  if since == '' then since = now_ms end
  redis.call('SET', KEYS[3], me .. ' ' .. since, 'EX', ARGV[2])
  return since
end

local function give_up()
  if redis.call('GET', KEYS[1]) == me then redis.call('DEL', KEYS[1]) end
  if since_when(me) ~= '' then redis.call('DEL', KEYS[3]) end
  if node_lock and redis.call('GET', node_lock) == mark .. me then redis.call('DEL', node_lock) end
end

local function stand_by(holder, key, is_node)
  give_up()
  return { 0, holder, redis.call('PTTL', key), now_ms, is_node, since_when(holder) }
end

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= me then
  if ARGV[4] == 'wants' then redis.call('SET', KEYS[2], me, 'EX', ARGV[2]) end
  return stand_by(holder, KEYS[1], 0)
end
if ARGV[4] == 'yields' then
  local wanted_by = redis.call('GET', KEYS[2])
  if wanted_by then return stand_by(wanted_by, KEYS[2], 0) end
end
local node_holder = node_lock and redis.call('GET', node_lock)
if node_holder and string.sub(node_holder, 1, #mark) ~= mark then return stand_by(node_holder, node_lock, 1) end

redis.call('SET', KEYS[1], me, 'EX', ARGV[2])
if node_lock then redis.call('SET', node_lock, mark .. me, 'EX', ARGV[2]) end
if ARGV[4] == 'wants' and redis.call('GET', KEYS[2]) == me then redis.call('DEL', KEYS[2]) end
-- The leader wants to know with each renewal: asking here spares two commands.
local version, names = redis.pcall('GET', KEYS[4]) or '0', redis.pcall('SCARD', KEYS[5])
return { 1, me, tonumber(ARGV[2]) * 1000, now_ms, 0, note_since(), version, names }
