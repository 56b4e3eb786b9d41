CREATE TYPE civic.post_status AS ENUM ('draft', 'published', 'archived');
COMMENT ON TYPE civic.post_status IS 'Where a post stands; the moves are those of workflow post.';

CREATE TYPE civic.flag_reason AS ENUM ('spam', 'abuse', 'personal_data', 'off_topic', 'other');
COMMENT ON TYPE civic.flag_reason IS 'Why somebody asks a moderator to look at a post or comment.';

CREATE TYPE civic.flag_status AS ENUM ('open', 'upheld', 'dismissed');
COMMENT ON TYPE civic.flag_status IS 'What a moderator made of a flag: upheld when the content was hidden.';
