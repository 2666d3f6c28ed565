//! Second factors that ask a server, against servers that none of us wrote.

mod radius;
