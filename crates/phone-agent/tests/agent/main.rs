mod directory;
mod fuzz;
mod link;
mod office;
mod people;
mod pins;
