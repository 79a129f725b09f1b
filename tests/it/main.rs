//! Journeys through the HTTP door and the command line, each on SQLite and on PostgreSQL, and the rules of the house.

#[macro_use]
mod town;
#[macro_use]
mod world;

mod account;
mod admin;
mod canary;
mod cases;
mod client;
mod counter;
mod daily;
mod description;
mod desk;
mod door;
mod employer_page;
mod engine;
mod export;
mod finding;
mod form_page;
mod forms;
mod gain;
mod gate;
mod house;
mod house_source;
mod interest;
mod introduction;
mod letter;
mod match_page;
mod match_page_change;
mod naughty;
mod order_class;
mod people;
mod posting;
mod preview;
mod program;
mod public_page;
mod record_page;
mod saved_search;
mod settings;
mod smtp;
mod worker;
