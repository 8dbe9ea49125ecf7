import { run } from '../../db/connection';
import { addVideo, videoReceived } from '../../db/video/repository';
import { ProductRoom } from '../support/product-room';

let room: ProductRoom;
beforeAll(async () => {
  room = await ProductRoom.furnish();
  const { accountId, sellerId } = room.seller;
  const video = { id: 'vid_one', name: 'one.mp4', ownerAccountId: accountId, sellerId, bytes: 9 };
  await room.db.transaction((trx) => addVideo(trx, video));
});
afterAll(() => room.database.drop());

it('of a video no more arrives than was announced, and nothing else of it changes', async () => {
  const received = (bytes: number) => room.db.transaction((trx) => videoReceived(trx, 'vid_one', bytes));
  await received(9);
  await expect(received(10)).rejects.toMatchObject({ constraint: 'videos_are_no_longer' });
  await expect(run(room.db, `update videos set name = 'two.mp4'`)).rejects.toMatchObject({ code: '42501' });
});
