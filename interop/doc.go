// Package interop runs the published Java and Python clients of the Amazon DynamoDB Encryption Client against
// generated items, and holds golden items that they made.
//
// [InstallJava] and [InstallPython] build the two small programs in java/ and python/ in a cache directory,
// [Installation.Start] runs one of them as a [Peer], and [Peer.Do] sends it a [Request] and reads the answer.
// [NewGenerator] makes random requests, within what the clients in play can do.
//
// The programs need a JDK 17 or newer, Maven and Python 3.11 or newer; the generator and the golden items only Go.
// The golden files are made anew by:
//
//	go run -tags interop ./interop/goldengen
package interop
