// Package modellock reads, compares and writes ddbcrypt.lock.json, the record of
// what the structs of one Go package say about stored items:
//
//	{
//	  "version": 1,
//	  "types": {
//	    "User": {
//	      "table": "users",
//	      "partition_key": "id",
//	      "unknown": "ignore",
//	      "attributes": {
//	        "email": "encrypt",
//	        "id": "sign",
//	        "phone": "encrypt,retired",
//	        "plan": "sign,index"
//	      }
//	    }
//	  }
//	}
//
// [File.Update] takes in what a struct says now. A change that would make stored
// items unreadable, or expose them, is refused with a [RefusedError] that says
// what would happen and how to go on, unless a reason comes with it; what was
// before then goes to the type's history. [File.Prune] does the same for types
// that left the package.
//
// An entry of the history can be deleted by hand once no item of it is left:
// [Type.PreviousActions] then leaves it out, and what it did not sign is signed
// again.
//
// Nothing here is safe for concurrent use but [WithLock], which keeps processes
// that change one folder apart.
package modellock
