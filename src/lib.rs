//! Shanhai: registry, vacancies, matching and casework of labour-cooperation stations, one room a module.

pub mod actions;
pub mod cli;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod mail;
pub mod matching;
pub mod pages;
pub mod search;
pub mod sheets;
pub mod store;
pub mod web;
