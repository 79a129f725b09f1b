//! Full-text index of workers, vacancies and classes, and Chinese text analysis.
