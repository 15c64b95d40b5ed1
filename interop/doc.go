// Package interop runs the published Java and Python clients of the Amazon DynamoDB Encryption Client against
// generated items, and holds golden items that they made.
//
// [InstallJava] and [InstallPython] build the two small programs in java/ and python/ in a cache directory,
// [Installation.Start] runs one of them as a [Peer], and [Peer.Do] sends it a [Request] and reads the answer;
// [Peer.Manage] is for what concerns a MetaStore, and [Peer.Call] for Python's encrypting clients. A [Library] answers the same requests with this module's own
// packages, in process. [NewGenerator] makes random requests, within what the clients in play can do. README.md says
// what the tests cover and how to run them.
//
// KMS and DynamoDB are servers on loopback ports, whose URLs are in the requests: the KMS double of package memkms,
// DynamoDB Local, and moto, which [InstallMoto] installs.
//
// The programs need a JDK 17 or newer, Maven and Python 3.11 or newer; the generator, the golden items and the library only Go.
// The golden files are made anew by:
//
//	go run -tags interop ./interop/goldengen
package interop
