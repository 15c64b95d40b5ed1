// Package ignored has reports that are silenced.
package ignored

type User struct {
	ID   string `ddbcrypt:"partition"`
	Plan string `ddbcrypt:"sing"` //ddbcryptvet:ignore the test wants it
	//ddbcryptvet:ignore this too
	Other string `ddbcrypt:"sing"`
	Third string `ddbcrypt:"sing"` // want `unknown word`
	//ddbcryptvet:ignored is another word
	Fourth string `ddbcrypt:"sing"` // want `unknown word`
	/* want +1 `^//ddbcryptvet:ignore has no reason and no effect, write one after it$` */
	//ddbcryptvet:ignore
	Fifth string `ddbcrypt:"sing"` // want `unknown word`
}
