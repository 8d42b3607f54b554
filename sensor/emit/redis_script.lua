-- SPDX-License-Identifier: Apache-2.0
-- A batch of events into Redis, once. redis_batch.c writes what comes in; redis_sender.c reads what comes
-- out. The mark says which event of this sensor and journal came last ("SEQUENCE ID"): only a batch
-- that goes on from there is taken. Redis never takes back what a script has done, so whatever can
-- be refused is asked before the first change; and the first change, the mark, is one that Redis
-- refuses when it takes no writes (out of memory, a replica, a disk that is full).
--
-- KEYS[1] is the mark; other keys are told by their number in KEYS, 0 = not wanted. ARGV:
--   1 expected mark, "" = none   2 seconds it lives      3 stream   4 its MAXLEN, 0 = none
--   5 list                       6 its cap, 0 = none     7 channel of alerts
--   8 geo set                    9 its cap              10 a random number
--  11 events                    12 sources              13 parts
--  then for each event: sequence, alert (0 or 1) and the nine values of the stream;
--  for each source: longitude, latitude, member; for each part (state, which never holds up the
--  events): how many words, command, number of its key, the other words.
-- Gives the mark as a string if it is another one; an error if nothing was changed; else the
-- numbers {events taken, entries cut from the list, events the list refused, alerts refused,
-- sources refused, parts refused, the first of these parts, class of the first refusal}.
local EVENT, SOURCE, ID, JSON = 11, 3, 2, 10
local CLASSES = {WRONGTYPE = 1, NOPERM = 2, OOM = 3}
local OTHER_CLASS = 4

local mark_key, expected, life = KEYS[1], ARGV[1], ARGV[2]
local stream, stream_max = KEYS[tonumber(ARGV[3])], ARGV[4]
local list, list_max = KEYS[tonumber(ARGV[5])], tonumber(ARGV[6])
local channel = ARGV[7]
local geo, geo_max = KEYS[tonumber(ARGV[8])], tonumber(ARGV[9])
local events, sources, parts = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local call, type = redis.pcall, type
local first_event = 14
local first_source = first_event + events * EVENT
local first_part = first_source + sources * SOURCE

local function is_error(reply)
    return type(reply) == 'table' and reply.err
end

-- Why this key could not be written, or nil. Commands that are not allowed would else be found out
-- too late (a Redis before 7 cannot be asked).
local function find_obstacle(key, kind, ...)
    if not key then
        return nil
    end
    local got = call('TYPE', key)
    if is_error(got) then
        return got
    end
    if got.ok ~= 'none' and got.ok ~= kind then
        return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. got.ok .. ', not a ' .. kind)
    end
    for _, words in ipairs({...}) do
        if redis.acl_check_cmd and not redis.acl_check_cmd(unpack(words)) then
            return redis.error_reply('NOPERM this user may not ' .. words[1] .. ' to ' .. key)
        end
    end
    return nil
end

local function set_mark(taken)
    local text = expected
    if taken > 0 then
        local at = first_event + (taken - 1) * EVENT
        text = ARGV[at] .. ' ' .. ARGV[at + ID]
    elseif text == '' then
        text = '0'
    end
    return call('SET', mark_key, text, 'EX', life)
end

local mark = call('GET', mark_key)
if is_error(mark) then
    return mark
end
if (mark or '') ~= expected then
    return mark or ''
end
local obstacle = find_obstacle(stream, 'stream', {'XADD', stream, '*', 'id', ''})
    or find_obstacle(list, 'list', {'RPUSH', list, ''}, {'LTRIM', list, '0', '-1'})
if obstacle then
    return obstacle
end
local reply = set_mark(events)
if is_error(reply) then
    return reply
end

local class = 0
local function note(refusal)
    if class > 0 then
        return
    elseif string.find(refusal.err, 'user executing the script', 1, true)
        or string.find(refusal.err, 'ACL failure in script', 1, true) then
        class = CLASSES.NOPERM -- as Redis 7.0 says it, and as later ones do
    else
        class = CLASSES[string.match(refusal.err, '%u+') or ''] or OTHER_CLASS
    end
end

local function add_event(at)
    local a = at + ID
    if stream_max == '0' then
        return call('XADD', stream, '*', 'id', ARGV[a], 'action', ARGV[a + 1],
            'severity', ARGV[a + 2], 'store', ARGV[a + 3], 'verdict', ARGV[a + 4],
            'src', ARGV[a + 5], 'dst', ARGV[a + 6], 'country', ARGV[a + 7], 'json', ARGV[a + 8])
    end
    return call('XADD', stream, 'MAXLEN', '~', stream_max, '*', 'id', ARGV[a],
        'action', ARGV[a + 1], 'severity', ARGV[a + 2], 'store', ARGV[a + 3],
        'verdict', ARGV[a + 4], 'src', ARGV[a + 5], 'dst', ARGV[a + 6],
        'country', ARGV[a + 7], 'json', ARGV[a + 8])
end

-- An event that cannot be added ends the batch before itself.
local taken = events
for i = 0, stream and events - 1 or -1 do
    reply = add_event(first_event + i * EVENT)
    if is_error(reply) then
        set_mark(i)
        if i == 0 then
            return reply
        end
        taken = i
        break
    end
end

-- All of them or none: RPUSH takes as many words as there are.
local list_cut, list_refused = 0, 0
if list and taken > 0 then
    local documents = {}
    for i = 0, taken - 1 do
        documents[i + 1] = ARGV[first_event + i * EVENT + JSON]
    end
    reply = call('RPUSH', list, unpack(documents))
    if is_error(reply) then
        if not stream then
            set_mark(0)
            return reply
        end
        note(reply)
        list_refused = taken
    elseif list_max > 0 and reply > list_max then
        list_cut = reply - list_max
        reply = call('LTRIM', list, list_cut, -1)
        if is_error(reply) then
            note(reply)
            list_cut = 0
        end
    end
end

local alerts_refused = 0
for i = 0, channel ~= '' and taken - 1 or -1 do
    local at = first_event + i * EVENT
    if ARGV[at + 1] == '1' then
        reply = call('PUBLISH', channel, ARGV[at + JSON])
        if is_error(reply) then
            note(reply)
            alerts_refused = alerts_refused + 1
        end
    end
end

-- A full geo set loses a member drawn by lot for each one that comes, so every region keeps its
-- share. Gives what was refused, or nil.
local function make_room(count, coming)
    math.randomseed(tonumber(ARGV[10]))
    for i = 0, sources - 1 do
        local score = call('ZSCORE', geo, ARGV[first_source + i * SOURCE + 2])
        if is_error(score) then
            return score
        elseif score then
            coming = coming - 1
        end
    end
    for _ = 1, math.min(count, count + coming - geo_max) do
        local rank = math.random(0, count - 1)
        count = count - 1
        local removed = call('ZREMRANGEBYRANK', geo, rank, rank)
        if is_error(removed) then
            return removed
        end
    end
    return nil
end

local sources_refused = 0
if geo and sources > 0 then
    local count = call('ZCARD', geo)
    if is_error(count) then
        reply = count
    else
        reply = count + sources > geo_max and make_room(count, sources)
            or call('GEOADD', geo, unpack(ARGV, first_source, first_part - 1))
    end
    if is_error(reply) then
        note(reply)
        sources_refused = sources
    end
end

local parts_refused, part_refused = 0, 0
local at = first_part
for i = 1, parts do
    local words = tonumber(ARGV[at])
    reply = call(ARGV[at + 1], KEYS[tonumber(ARGV[at + 2])],
        unpack(ARGV, at + 3, at + words))
    if is_error(reply) then
        note(reply)
        parts_refused = parts_refused + 1
        if part_refused == 0 then
            part_refused = i
        end
    end
    at = at + words + 1
end

return {taken, list_cut, list_refused, alerts_refused, sources_refused, parts_refused,
    part_refused, class}
