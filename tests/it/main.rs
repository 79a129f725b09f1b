//! Journeys through the HTTP door and the command line, each on SQLite and on PostgreSQL, and the rules of the house.

#[macro_use]
mod town;
#[macro_use]
mod world;

mod account;
mod cases;
mod client;
mod daily;
mod desk;
mod door;
mod engine;
mod finding;
mod house;
mod house_source;
mod interest;
mod introduction;
mod letter;
mod people;
mod posting;
mod program;
mod settings;
mod smtp;
mod worker;
