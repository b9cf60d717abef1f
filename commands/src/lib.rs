//! The use cases: what users, processes and the carrier can make happen. Knows the domain and the ports it declares
//! itself; never a database, an HTTP library or a vendor.

pub mod ports;
